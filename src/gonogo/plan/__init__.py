"""From a release file, a sentence and the catalog to a plan. Says what to do; does nothing."""
