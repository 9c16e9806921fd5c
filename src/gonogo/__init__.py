"""gonogo: executable production-deployment checklists."""

__version__ = "0.1.0"
