"""The platforms' protocols on loopback, with a seeded world; never part of production."""
