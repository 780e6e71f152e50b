"use strict";

// Swagger UI comes with the package; nothing is fetched from elsewhere.
addEventListener("DOMContentLoaded", () => {
  const place = document.getElementById("swagger-ui");
  SwaggerUIBundle({
    domNode: place,
    url: place.dataset.document,
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    tryItOutEnabled: false,
    validatorUrl: null,
  });
});
