/** What the gateway says about itself to people: the console page at {@code /} and the API description at {@code /openapi.yaml}. */
package io.tidegate.serving.console;
