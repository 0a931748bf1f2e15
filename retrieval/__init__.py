"""Finding records: analyzer, BM25, an encoder in front of FAISS, fusion, one index a release."""
