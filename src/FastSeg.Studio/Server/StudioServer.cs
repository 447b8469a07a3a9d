using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FastSeg.Studio.Server;

/// <summary>The web server: Kestrel with nothing around it, on this machine's own address unless another is asked for.</summary>
internal sealed class StudioServer : IAsyncDisposable
{
    /// <summary>Most bytes of a request's body, where an endpoint does not say more.</summary>
    private const long MostBody = 64 << 10;

    /// <summary>How long requests may take to end when the studio closes.</summary>
    private static readonly TimeSpan Closing = TimeSpan.FromMilliseconds(300);

    private readonly WebApplication _app;

    private StudioServer(WebApplication app, int port) => (_app, Port) = (app, port);

    /// <summary>The port that it listens on.</summary>
    public int Port { get; }

    /// <summary>The addresses that are answered, as "GET /api/project".</summary>
    public IEnumerable<string> Routes =>
        from endpoint in _app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []
        select $"{method} {endpoint.RoutePattern.RawText}";

    /// <summary>Starts on a port; without one on <paramref name="preferred"/>, or on any where another program has that.</summary>
    /// <param name="port">The port that must be used, or null.</param>
    /// <param name="preferred">The port of last time, or null.</param>
    /// <param name="host">The name or address for other machines, or null.</param>
    /// <param name="guard">Looks at every request first.</param>
    /// <param name="map">Adds the addresses that are answered.</param>
    /// <exception cref="FastSegException">The port is taken, or the host is not this machine.</exception>
    public static async Task<StudioServer> Start(
        int? port, int? preferred, string? host, Guard guard, Action<IEndpointRouteBuilder> map)
    {
        IPAddress[] addresses = Addresses(host);
        foreach (int candidate in port is { } wanted ? (int[])[wanted] : preferred is { } last ? [last, 0] : [0])
        {
            WebApplication app = Build(addresses, candidate == 0 && addresses.Length > 1 ? FreePort(addresses[0]) : candidate, guard, map);
            try
            {
                await app.StartAsync();
                return new StudioServer(app, PortOf(app));
            }
            catch (IOException e) when (e.InnerException is AddressInUseException)
            {
                await app.DisposeAsync();
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                await app.DisposeAsync();
                throw new FastSegException(
                    $"The studio cannot listen on port {candidate} of {string.Join(", ", addresses.Select(a => a.ToString()))} " +
                    $"({e.Message.TrimEnd('.')}); give another --port or --host.", e);
            }
        }
        throw new FastSegException($"Port {port} is taken by another program; give another --port, or none for any that is free.");
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(Closing);
        await _app.StopAsync(patience.Token);
        await _app.DisposeAsync();
    }

    /// <summary>The addresses to listen on: this machine's own, and those of a name.</summary>
    private static IPAddress[] Addresses(string? host)
    {
        if (host is null)
        {
            return [IPAddress.Loopback];
        }
        try
        {
            IPAddress[] found = Dns.GetHostAddresses(host);
            return found.Any(address => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
                ? throw new FastSegException(
                    $"--host {host} names every address; give the name or the address by which browsers reach this machine.")
                : [.. found.Append(IPAddress.Loopback).Distinct()];
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            throw new FastSegException($"--host {host} is no name or address of this machine ({e.Message.TrimEnd('.')}).", e);
        }
    }

    private static WebApplication Build(IPAddress[] addresses, int port, Guard guard, Action<IEndpointRouteBuilder> map)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = MostBody;
            foreach (IPAddress address in addresses)
            {
                options.Listen(address, port, listen => listen.Protocols = HttpProtocols.Http1);
            }
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, OwnSignals>();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = Closing);
        WebApplication app = builder.Build();
        app.Use((context, next) => Answers.Guarded(context, inner => guard.Invoke(inner, next)));
        app.UseRouting();
        map(app);
        app.MapFallback(
            "{**path}",
            context => throw new RequestException(StatusCodes.Status404NotFound, $"There is no {context.Request.Path} here."));
        return app;
    }

    /// <summary>A port that is free now. Kestrel finds one by itself, but not the same one for several addresses.</summary>
    private static int FreePort(IPAddress address)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(address, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static int PortOf(WebApplication app) =>
        new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;

    /// <summary>The program listens to signals itself, so the host does not.</summary>
    private sealed class OwnSignals : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
