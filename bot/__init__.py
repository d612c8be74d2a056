"""暖邻 NuanLin: a WeChat chatbot service for neighbourhood communities (社区)."""
