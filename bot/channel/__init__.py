"""WeChat and WeCom: the only package that talks to the platforms or knows their wire formats."""
