"""LinkedIn's sign-in and its Marketing API, under the prefix `/linkedin`."""
