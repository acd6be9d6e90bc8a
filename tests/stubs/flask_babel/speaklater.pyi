LazyString = str
