using System.Diagnostics;
using System.Linq.Expressions;
using System.Reflection;
using FastSeg.Gpu;
using ILGPU.Runtime;

namespace FastSeg.Perf.Devices;

/// <summary>
/// Times every kernel of a device alone: a launch runs once to warm up, and then several times in a row until the device has done them all.
/// What kernels compute is not to be looked at, because some of them work in place.
/// </summary>
/// <param name="repeats">How often a launch is timed; 0 runs it once and takes no time, for a simulation.</param>
internal sealed class TimedKernels(int repeats) : KernelLoader
{
    /// <summary>Launches and seconds of each kernel, by its class and method.</summary>
    public Dictionary<string, (int Launches, double Seconds)> Kernels { get; } = [];

    /// <inheritdoc/>
    public override Delegate Load(Accelerator accelerator, MethodInfo kernel, Type launch)
    {
        ParameterExpression[] parameters =
            [.. launch.GetMethod("Invoke")!.GetParameters().Select(parameter => Expression.Parameter(parameter.ParameterType))];
        Delegate plain = base.Load(accelerator, kernel, launch);
        Expression<Action> once = Expression.Lambda<Action>(Expression.Invoke(Expression.Constant(plain), parameters));
        string name = $"{kernel.DeclaringType!.Name}.{kernel.Name}";
        Expression timed = Expression.Call(
            Expression.Constant(this), ((Action<string, AcceleratorStream, Action>)Time).Method, Expression.Constant(name), parameters[0],
            once);
        return Expression.Lambda(launch, timed, parameters).Compile();
    }

    /// <summary>Seconds that all kernels of some classes take for one run.</summary>
    /// <param name="runs">How often everything was run.</param>
    /// <param name="classes">Beginnings of the kernels' names.</param>
    public double Seconds(int runs, params string[] classes) =>
        Kernels.Where(kernel => classes.Any(kernel.Key.StartsWith)).Sum(kernel => kernel.Value.Seconds) / runs;

    /// <summary>How often the kernels of a class were launched, without what the measurement repeats.</summary>
    /// <param name="name">The beginning of the kernels' names.</param>
    public int Launches(string name) =>
        Kernels.Where(kernel => kernel.Key.StartsWith(name, StringComparison.Ordinal)).Sum(kernel => kernel.Value.Launches);

    private void Time(string name, AcceleratorStream stream, Action launch)
    {
        launch();
        stream.Synchronize();
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < repeats; i++)
        {
            launch();
        }
        stream.Synchronize();
        (int launches, double seconds) = Kernels.GetValueOrDefault(name);
        double took = repeats == 0 ? 0 : Stopwatch.GetElapsedTime(start).TotalSeconds / repeats;
        Kernels[name] = (launches + 1, seconds + took);
    }
}
