"""What is shown: text lines and JSON documents, from values. No I/O."""
