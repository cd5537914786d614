// Asks the query API. An error carries what the problem document says.

export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export class Api {
  constructor(token) {
    this.token = token;
  }

  async get(path, parameters) {
    const query = new URLSearchParams(parameters).toString();
    const response = await fetch(`/api/v1/${path}${query ? `?${query}` : ''}`, {
      headers: { authorization: `Bearer ${this.token}` },
      cache: 'no-store',
      signal: AbortSignal.timeout(15_000),
    });
    if (response.ok) {
      return response.json();
    }
    let detail = `HTTP ${response.status}`;
    try {
      detail = (await response.json()).detail ?? detail;
    } catch {
      // Not a problem document: the status has to do.
    }
    throw new ApiError(response.status, detail);
  }
}
