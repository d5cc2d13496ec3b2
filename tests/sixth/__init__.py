"""An exercise: a platform that the project does not know, added as its documentation says."""
