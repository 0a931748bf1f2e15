"""Suiwen's search beside other libraries: the same corpus, questions, encoder and machine."""
