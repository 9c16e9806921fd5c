"""Releases as processes on this machine, behind an Envoy of their own."""

from gonogo.platforms.local.platform import LocalPlatform, local_directory

__all__ = ["LocalPlatform", "local_directory"]
