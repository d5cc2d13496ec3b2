"""Use cases of connections: the hand-shake, account choice, disconnecting."""
