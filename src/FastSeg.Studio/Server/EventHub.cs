using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace FastSeg.Studio.Server;

/// <summary>Sends events to all open pages, as server-sent events.</summary>
/// <param name="closing">Ends the connections.</param>
internal sealed class EventHub(CancellationToken closing)
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private readonly List<EventClient> _clients = [];
    private readonly Dictionary<string, StudioEvent> _state = [];

    /// <summary>How many pages listen.</summary>
    public int Clients
    {
        get
        {
            lock (_gate)
            {
                return _clients.Count;
            }
        }
    }

    /// <summary>Tells all pages.</summary>
    public void Send<T>(string name, T data) => Send(name, data, null);

    /// <summary>Tells all pages, and every page that connects later, until another event has the same key.</summary>
    public void Keep<T>(string name, T data, string key) => Send(name, data, key);

    /// <summary>Tells pages that connect later no more about a key.</summary>
    public void Forget(string key)
    {
        lock (_gate)
        {
            _state.Remove(key);
        }
    }

    /// <summary>Sends to one page until it goes or the studio closes.</summary>
    public async Task Serve(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, closing);
        var client = new EventClient();
        lock (_gate)
        {
            _clients.Add(client);
        }
        try
        {
            await Serve(context.Response, client, ended.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The page has gone, or the studio closes.
        }
        finally
        {
            lock (_gate)
            {
                _clients.Remove(client);
            }
        }
    }

    private async Task Serve(HttpResponse response, EventClient client, CancellationToken cancellation)
    {
        while (true)
        {
            if (!await client.Wait(KeepAlive, cancellation))
            {
                await response.WriteAsync(": still here\n\n", cancellation);
            }
            foreach (StudioEvent next in client.Take(State))
            {
                await response.WriteAsync($"event: {next.Name}\ndata: {next.Data}\n\n", cancellation);
            }
            await response.Body.FlushAsync(cancellation);
        }
    }

    /// <summary>What a page has to know that knows nothing: to fetch the project, and everything that is kept.</summary>
    private IReadOnlyList<StudioEvent> State()
    {
        lock (_gate)
        {
            return [new StudioEvent("project", "{}"), .. _state.Values];
        }
    }

    private void Send<T>(string name, T data, string? key)
    {
        var sent = new StudioEvent(name, JsonSerializer.Serialize(data, Answers.Json));
        EventClient[] clients;
        lock (_gate)
        {
            if (key is not null)
            {
                _state[key] = sent;
            }
            clients = [.. _clients];
        }
        Array.ForEach(clients, client => client.Add(sent));
    }
}
