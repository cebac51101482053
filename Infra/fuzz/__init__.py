"""Sends what nobody foresaw, and holds every answer against the document of the API."""
