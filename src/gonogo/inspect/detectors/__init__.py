"""What can be seen in a repository: one module for each kind of thing, each with its table.

`look(tree)` yields facts whose names begin with the module's area. None runs anything of the repository."""
