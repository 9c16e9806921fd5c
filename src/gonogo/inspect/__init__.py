"""Repository and sentence in, facts out; a fact that can't be seen stays unknown."""
