/** The API's documentation for people: {@code GET /docs} shows {@code /openapi.yaml}, and lets one try it with a token. */
package io.tidegate.serving.docs;
