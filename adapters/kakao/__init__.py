"""The KakaoTalk door: a skill server, version 2.0."""
