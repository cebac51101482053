"""Runs every test of the checkout, in Swift and in Python, and counts them as one."""
