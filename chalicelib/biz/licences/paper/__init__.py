"""The licence as a paper: A4, Thai and English, made anew whenever somebody asks for it."""
