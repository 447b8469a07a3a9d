using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastSeg.Gpu;
using FastSeg.Tests.Gpu.OpenCl;
using FastSeg.Tests.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace FastSeg.Tests.Gpu.Ptx;

/// <summary>
/// Stands between the library and every simulated device of the tests. While it is active it runs each launch once more, as PTX: on the
/// same buffers, with what was in them before. What is in them afterwards must be equal in every bit; it goes on with the PTX's.
/// </summary>
internal sealed class PtxTwin : KernelLoader
{
    private static readonly ConcurrentDictionary<MethodInfo, PtxCode> Compiled = [];

    private static PtxTwin? _active;

    /// <summary>Whether launches run on the simulated device, too; otherwise the PTX alone computes.</summary>
    private readonly bool _simulates;

    private PtxTwin(bool simulates) => _simulates = simulates;

    /// <summary>Kernels that were launched at least once, by name.</summary>
    public ConcurrentDictionary<string, PtxCode> Launched { get; } = [];

    /// <summary>Launches that ran as OpenCL C, too, which needs clang.</summary>
    public int OpenClLaunches { get; private set; }

    /// <summary>What went wrong in them; a test of its own asks.</summary>
    public List<string> OpenClFailures { get; } = [];

    /// <summary>A kernel's PTX, compiled once for all tests.</summary>
    public static PtxCode CodeOf(MethodInfo kernel) => Compiled.GetOrAdd(kernel, method => new PtxCode(KernelHost.Ptx(method)));

    /// <summary>What tests call a kernel, its sink behind it.</summary>
    public static string NameOf(MethodInfo kernel)
    {
        string sinks = kernel.IsGenericMethod ? $"<{string.Join(", ", kernel.GetGenericArguments().Select(type => type.Name))}>" : "";
        return $"{kernel.DeclaringType!.Name}.{kernel.Name}{sinks}";
    }

    /// <summary>Runs an action while launches run as PTX beside their simulation, and returns what was launched.</summary>
    public static PtxTwin Beside(Action action) => Run(new PtxTwin(simulates: true), action);

    /// <summary>Runs an action while launches run as PTX alone, and returns what was launched.</summary>
    public static PtxTwin Instead(Action action) => Run(new PtxTwin(simulates: false), action);

    /// <summary>Where the PTX alone computes, groups are as large as on a GPU; the simulated device cannot have so many threads.</summary>
    public override int? GroupRows => Volatile.Read(ref _active) is { _simulates: false } ? 8 : null;

    /// <inheritdoc/>
    public override Delegate Load(Accelerator accelerator, MethodInfo kernel, Type launch)
    {
        ParameterExpression[] parameters =
            [.. launch.GetMethod("Invoke")!.GetParameters().Select(parameter => Expression.Parameter(parameter.ParameterType))];
        Delegate simulated = base.Load(accelerator, kernel, launch);
        Expression<Action> first = Expression.Lambda<Action>(Expression.Invoke(Expression.Constant(simulated), parameters));
        Expression arguments = Expression.NewArrayInit(
            typeof(object), parameters.Skip(2).Select(parameter => Expression.Convert(parameter, typeof(object))));
        Expression body = Expression.Call(
            ((Delegate)Either).Method, Expression.Constant(kernel), parameters[0], parameters[1], arguments, first);
        return Expression.Lambda(launch, body, parameters).Compile();
    }

    [ModuleInitializer]
    internal static void Install() => Simulated = new PtxTwin(simulates: true);

    private static PtxTwin Run(PtxTwin twin, Action action)
    {
        PtxTwin? before = Interlocked.Exchange(ref _active, twin);
        try
        {
            action();
        }
        finally
        {
            Volatile.Write(ref _active, before);
        }
        return twin;
    }

    private static void Either(MethodInfo kernel, AcceleratorStream stream, KernelConfig config, object[] arguments, Action simulated)
    {
        if (Volatile.Read(ref _active) is PtxTwin twin)
        {
            twin.Launch(kernel, stream, config, arguments, simulated);
            return;
        }
        simulated();
    }

    private void Launch(MethodInfo kernel, AcceleratorStream stream, KernelConfig config, object[] arguments, Action simulated)
    {
        PtxCode code = CodeOf(kernel);
        Launched.TryAdd(NameOf(kernel), code);
        stream.Synchronize();
        PtxArguments given = PtxArguments.Of(code.Program, kernel, arguments);
        if (!_simulates)
        {
            code.Launch(given.Bytes, given.Memory, Size(config.GridDim), Size(config.GroupDim));
            return;
        }
        byte[][] before = Contents(given);
        simulated();
        stream.Synchronize();
        byte[][] expected = Contents(given);
        if (OpenClCode.HasClang)
        {
            OpenClLaunches++;
            try
            {
                Restore(given, before);
                OpenClCode.Of(kernel).Launch(OpenClArguments.Of(arguments), Size(config.GridDim), Size(config.GroupDim));
                Compare($"The OpenCL C of {NameOf(kernel)}", given, expected);
            }
            catch (PtxException e)
            {
                OpenClFailures.Add(e.Message);
            }
        }
        Restore(given, before);
        code.Launch(given.Bytes, given.Memory, Size(config.GridDim), Size(config.GroupDim));
        Compare($"The PTX of {NameOf(kernel)}", given, expected);
    }

    private static void Restore(PtxArguments given, byte[][] contents)
    {
        for (int i = 0; i < contents.Length; i++)
        {
            Marshal.Copy(contents[i], 0, given.Buffers[i].First, contents[i].Length);
        }
    }

    private static void Compare(string what, PtxArguments given, byte[][] expected)
    {
        byte[][] actual = Contents(given);
        for (int i = 0; i < expected.Length; i++)
        {
            int at = expected[i].AsSpan().CommonPrefixLength(actual[i]);
            if (at < expected[i].Length)
            {
                string values = $"byte {at} is {actual[i][at]}, on the simulated device {expected[i][at]}";
                throw new PtxException($"{what} computes another {given.Buffers[i].Name}: {values}.");
            }
        }
    }

    private static byte[][] Contents(PtxArguments given) => [.. given.Buffers.Select(buffer =>
    {
        byte[] bytes = new byte[buffer.Bytes];
        Marshal.Copy(buffer.First, bytes, 0, bytes.Length);
        return bytes;
    })];

    private static PtxSize Size(Index3D size) => new(size.X, size.Y, size.Z);
}
