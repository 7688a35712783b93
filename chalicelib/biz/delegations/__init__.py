"""Powers of attorney: a person, or a company by its director, lets another person act for them in Biz."""
