"""Complaints, suggestions and requests for help: from the first sentence to a receipt."""
