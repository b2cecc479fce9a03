import { openWriterThread, type WriterThread } from '@monitor-server/store';

/**
 * Opens the store's writer: the one place that takes batches and stores them. Without a queue the processes that
 * accept hand their batches to it directly.
 */
export function openWorker(path: string, onCrash: (error: unknown) => void): Promise<WriterThread> {
  return openWriterThread(path, onCrash);
}
