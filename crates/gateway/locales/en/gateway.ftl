# What the gateway says itself. Kinds that services say too are in the platform's errors.ftl.

problem-slow-request = The request came too slowly
    .detail = The connection may be weak. Send it again.
problem-long-address = The address is too long
    .detail = Shorten what you are looking for.
problem-wrong-host = This name is not served here
    .detail = Check the address you entered.
problem-bad-gateway = The service broke off
    .detail = Check whether your change was saved, then try again.

gateway-again = Try again
gateway-code = Tell us this code if you contact us:
