"""Ad copy from the brief to the paused campaign: batches, the library, drafts and launches."""
