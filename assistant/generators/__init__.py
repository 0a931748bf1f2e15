"""Language models, where one is configured: they may propose, records and retrieval decide."""
