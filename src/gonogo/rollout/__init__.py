"""Walking a plan: pure `gate`, `advance`, `desired`, `diff`, `way_back`, and the driver that ticks them."""
