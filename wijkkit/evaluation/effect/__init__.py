"""Did it work: difference-in-differences that is honest with few neighbourhoods."""
