window.SwaggerUIBundle({
  url: '/openapi.yaml',
  dom_id: '#docs',
  deepLinking: true,
  // The validator that Swagger UI would ask is somebody else's server.
  validatorUrl: null,
  // A token lives as long as the page.
  persistAuthorization: false,
  displayRequestDuration: true,
});
