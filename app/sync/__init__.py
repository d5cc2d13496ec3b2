"""Writes: from a platform's answer, or an import, to the roll-ups."""
