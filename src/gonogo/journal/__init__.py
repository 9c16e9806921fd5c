"""The append-only journal: streams of hash-chained events, leases with fences, blobs, and the folds over them."""
