"""What `make run` starts on one machine: a database, the sandbox platforms and the app."""
