"""Where vectors are kept: exact in memory, or FAISS."""
