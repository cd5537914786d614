package io.tidegate.serving.docs;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.OutputUnit;
import io.vertx.openapi.contract.MediaType;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.validation.ResponseValidator;
import io.vertx.openapi.validation.ValidatableResponse;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * Holds answers, and the bodies of requests, against the API's description with vertx-openapi, which also refuses a description that is no OpenAPI 3.1.
 *
 * <p>That tool knows JSON and plain text only, so before it gets the document, problem documents are called JSON in it, and the
 * other types text; and a parameter of several types becomes a text. Bodies that aren't JSON, and headers, aren't checked. The content type itself is compared here, with the document
 * as it is.
 */
final class Conformance {

    private static final String JSON = "application/json";
    private static final String TEXT = "text/plain";

    private final JsonObject document;
    private final OpenAPIContract contract;
    private final ResponseValidator validator;

    Conformance(Vertx vertx, String yaml) {
        Map<String, Object> loaded = new Yaml(new SafeConstructor(new LoaderOptions())).load(yaml);
        this.document = new JsonObject(loaded);
        JsonObject simple = document.copy();
        // It wants an absolute address; ours is "wherever this was served".
        simple.remove("servers");
        simplify(simple);
        this.contract = await(OpenAPIContract.from(vertx, simple));
        this.validator = ResponseValidator.create(vertx, contract);
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause().getMessage(), e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("no answer of the validator", e);
        }
    }

    private void simplify(Object node) {
        if (node instanceof JsonArray array) {
            array.forEach(this::simplify);
        } else if (node instanceof JsonObject object) {
            if (object.containsKey("in") && object.getValue("schema") instanceof JsonObject schema) {
                String reference = schema.getString("$ref");
                JsonObject target = reference == null ? schema : resolve(reference);
                if (target.getValue("type") instanceof JsonArray) {
                    object.put("schema", new JsonObject().put("type", "string"));
                }
            }
            // Header values that aren't JSON (`Bearer realm="…"`, `<…>; rel="next"`) it can't decode, though they are
            // texts.
            object.remove("headers");
            if (object.getValue("content") instanceof JsonObject content) {
                JsonObject known = new JsonObject();
                for (String type : content.fieldNames()) {
                    known.put(type.endsWith("json") && !type.contains("ndjson") ? JSON : TEXT, content.getValue(type));
                }
                object.put("content", known);
            }
            object.forEach(member -> simplify(member.getValue()));
        }
    }

    private JsonObject resolve(String reference) {
        JsonObject at = document;
        for (String step : reference.substring(2).split("/")) {
            at = at.getJsonObject(step);
        }
        return at;
    }

    /** Operation ids, without those that are only planned. */
    Set<String> operations() {
        Set<String> ids = new TreeSet<>();
        operationObjects().forEach((id, operation) -> {
            if (!operation.containsKey("x-tidegate-status")) {
                ids.add(id);
            }
        });
        return ids;
    }

    private Map<String, JsonObject> operationObjects() {
        Map<String, JsonObject> all = new TreeMap<>();
        document.getJsonObject("paths").forEach(path -> ((JsonObject) path.getValue()).forEach(member -> {
            if (member.getValue() instanceof JsonObject operation && operation.containsKey("operationId")) {
                all.put(operation.getString("operationId"), operation);
            }
        }));
        return all;
    }

    /** The method and path of an operation. */
    String methodAndPath(String operationId) {
        var operation = contract.operation(operationId);
        return operation.getHttpMethod().name() + " " + operation.getOpenAPIPath();
    }

    /**
     * @throws AssertionError if the answer isn't one that the description has
     */
    void check(String operationId, HttpResponse<String> response) {
        check(
                operationId,
                response.statusCode(),
                response.headers().firstValue("Content-Type").orElse(""),
                response.body());
    }

    /**
     * @param contentType empty where there is none
     * @throws AssertionError if the answer isn't one that the description has
     */
    void check(String operationId, int statusCode, String contentType, String body) {
        String status = Integer.toString(statusCode);
        JsonObject described =
                operationObjects().get(operationId).getJsonObject("responses").getJsonObject(status);
        if (described == null) {
            throw new AssertionError(operationId + " answers " + status + ", which isn't described: " + body);
        }
        if (described.containsKey("$ref")) {
            described = resolve(described.getString("$ref"));
        }
        String type = contentType.split(";")[0];
        JsonObject content = described.getJsonObject("content", new JsonObject());
        if (content.isEmpty() ? !body.isEmpty() : !content.containsKey(type)) {
            throw new AssertionError(
                    operationId + " answers " + status + " as '" + type + "'; described are " + content.fieldNames());
        }
        if (!type.endsWith("json")) {
            // Nothing more is said about the others, and the tool has no notion of them.
            return;
        }
        ValidatableResponse checked = ValidatableResponse.create(statusCode, Map.of(), Buffer.buffer(body), JSON);
        try {
            await(validator.validate(checked, operationId));
        } catch (AssertionError e) {
            throw new AssertionError(operationId + " " + status + ": " + e.getMessage() + "\n" + body, e);
        }
    }

    /**
     * @param json a body that the gateway has taken
     * @throws AssertionError if the description wouldn't have one send it
     */
    void checkRequest(String operationId, String json) {
        MediaType described =
                contract.operation(operationId).getRequestBody().getContent().get(JSON);
        OutputUnit verdict =
                contract.getSchemaRepository().validator(described.getSchema()).validate(Json.decodeValue(json));
        if (!verdict.getValid()) {
            throw new AssertionError(operationId + " takes what isn't described: " + json + "\n" + verdict.toJson());
        }
    }
}
