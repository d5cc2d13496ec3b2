"""Use cases of people: signing up and in, sessions, passwords, workspaces."""
