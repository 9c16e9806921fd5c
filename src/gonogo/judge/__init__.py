"""Whether a canary is worse than stable: statistics and limits over counts, pure, knowing no source."""
