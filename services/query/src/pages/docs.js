const scheme = matchMedia('(prefers-color-scheme: dark)');
const followScheme = () => document.documentElement.classList.toggle('dark-mode', scheme.matches);
followScheme();
scheme.addEventListener('change', followScheme);

/** Shows lines of JSON as they are sent; the renderer would make one JSON string of them. */
const lines = {
  afterLoad({ fn }) {
    const { getSampleSchema } = fn;
    this.fn.getSampleSchema = (schema, type, config, example) =>
      typeof example === 'string' ? example : getSampleSchema(schema, type, config, example);
  },
};

const reference = document.querySelector('#reference');

globalThis.SwaggerUIBundle({
  domNode: reference,
  url: reference.dataset.openapi,
  plugins: [lines],
  deepLinking: true,
  filter: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  // The badge of a public validator would send this server's address to it.
  validatorUrl: null,
});
