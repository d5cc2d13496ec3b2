"""Meta's Marketing API and login page, version 26.0, under the prefix `/meta`."""
