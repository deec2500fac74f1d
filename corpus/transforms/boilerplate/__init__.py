"""What on a page is no part of its article: lines and their phrases, blocks, and where the article stands."""
