"""The sample service, the load on it, and the scenes they play in. Nothing of the product needs this room."""
