package portal

// cursorParam is the query parameter that continues a list.
const cursorParam = "cursor"
