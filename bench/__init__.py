"""Measurements beside the reference programs."""
