using System.Reflection;
using System.Runtime.CompilerServices;
using FastSeg.Tests.Deep.Backbones;
using FastSeg.Tests.Deep.Upsamplers;
using NUnit.Framework;

namespace FastSeg.Tests;

/// <summary>
/// Null for every parameter of the public surface that must not be null, the others as they should be. The name in the exception is the
/// parameter's.
/// </summary>
[TestFixture]
internal sealed class NullArgumentTests
{
    /// <summary>What only the library makes, of values that it has checked, or reads from a file that must not hold null.</summary>
    private static readonly Type[] Results =
    [
        typeof(BackboneDescription), typeof(BackboneIdentity), typeof(BackboneLayer), typeof(BackendCheckResult), typeof(DeepDescription),
        typeof(ForestOrigin), typeof(GpuFound), typeof(HeldOutScore), typeof(HeldOutSummary), typeof(ModelImage),
        typeof(OptimisedBackbone), typeof(Plan), typeof(PlanItem), typeof(PlaneGain), typeof(PlaneStatistics), typeof(ProjectionChoice),
        typeof(RunResult), typeof(SmoothingScore), typeof(TrainingData), typeof(TrainingResult), typeof(UpsamplerConfig),
        typeof(UpsamplingChoice),
    ];

    private static readonly SyntheticScene Scene = new(120, 90, seed: 3);

    private readonly Dictionary<Type, object> _values = [];
    private TinyBackbone _tiny = null!;
    private Backbone _backbone = null!;
    private MemoryImage _image = null!;
    private PreparedImage _prepared = null!;
    private InteractiveTraining _training = null!;

    [OneTimeSetUp]
    public void MakeArguments()
    {
        _tiny = new TinyBackbone();
        _tiny.SaveUpsampler(new UpsamplerCase(4, 4, 16, 16, 8, Padding.Zeros));
        _backbone = Backbone.Open(_tiny.Folder, 1);
        _image = Scene.Image;
        object[] values =
        [
            Trained.Grey, _backbone, FeatureSpec.Paper with { }, new DeepOptions(_backbone), _image.Info,
            new ImageLayout(4, 4, SampleType.UInt8), new SegmentOutputs(), new PlannedOutputs(), Scene.Training,
            new Segmenter(Trained.Grey),
            new FastSegException("A failure."), new ConfusionMatrix(), ProjectionFile.Load(_tiny.SaveProjection(4)),
            UpsamplerFile.Load(_backbone.UpsamplerPath), "a name", 1, 1L, (nint)1, new ModelClass(1, "one", 1),
            new LabelClass(1, 85, "one"), new PixelSize(1, 1, "nm"), new ImageOptions(), new LabelOptions(),
            new OmeZarrOptions(), new ImageStack("a stack", 1, 1, _ => Scene.Image),
        ];
        _prepared = new PreparedImage(_image, "scene");
        _training = new InteractiveTraining(1 << 20);
        values = [.. values, _prepared, _training, new LabelledPage(_prepared, new long[0], new ushort[0])];
        foreach (object value in values)
        {
            _values.Add(value.GetType(), value);
        }
        _values.Add(typeof(ImageReader), _image);
        _values.Add(typeof(Stream), Stream.Null);
        _values.Add(typeof(IReadOnlyList<ImageReader>), new[] { _image });
        _values.Add(typeof(IReadOnlyList<TrainingImage>), new[] { Scene.Training });
        _values.Add(typeof(IEnumerable<string>), new[] { "default" });
        _values.Add(typeof(IReadOnlyList<string>), new[] { "a name" });
        _values.Add(typeof(IReadOnlyList<LabelClass>), Array.Empty<LabelClass>());
        _values.Add(typeof(IReadOnlyList<ModelClass>), Array.Empty<ModelClass>());
        _values.Add(typeof(IReadOnlyList<LabelledPage>), Array.Empty<LabelledPage>());
        _values.Add(typeof(IReadOnlyList<PreparedImage>), Array.Empty<PreparedImage>());
        Func<IReadOnlyList<string>, ImageWriter> none = _ => throw new InvalidOperationException("No writer is needed.");
        _values.Add(none.GetType(), none);
        Func<Setting, string> name = setting => $"{setting}";
        _values.Add(name.GetType(), name);
    }

    [OneTimeTearDown]
    public void Release()
    {
        _training.Dispose();
        _prepared.Dispose();
        _image.Dispose();
        _backbone.Dispose();
        _tiny.Dispose();
    }

    [Test]
    public void NullIsRefusedEverywhere()
    {
        var wrong = new List<string>();
        int checkedParameters = 0;
        foreach (Type type in typeof(Segmenter).Assembly.GetExportedTypes().Where(type => !type.IsInterface && !type.IsEnum))
        {
            const BindingFlags Own = BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
            IEnumerable<MethodBase> methods =
                [.. type.IsAbstract || Results.Contains(type) ? [] : type.GetConstructors(), .. type.GetMethods(Own)];
            foreach (MethodBase method in methods.Where(method => IsMeant(method) && !TakesSpans(method)))
            {
                foreach (ParameterInfo parameter in method.GetParameters().Where(IsNotNull))
                {
                    checkedParameters++;
                    if (Outcome(method, parameter) is { } what)
                    {
                        wrong.Add($"{type.Name}.{method.Name}({parameter.Name}): {what}");
                    }
                }
            }
        }
        Assert.That(wrong, Is.Empty);
        Assert.That(checkedParameters, Is.GreaterThan(60));
    }

    /// <summary>Spans cannot be given by reflection.</summary>
    [Test]
    public void NullBesideSpansIsRefused()
    {
        byte[] bytes = Trained.Grey.ForestBytes.ToArray();
        ModelClass[] classes = [new(1, "a", 1), new(2, "b", 1)];
        Assert.That(() => Model.Import(bytes, null!, 1, classes), Throws.ArgumentNullException);
        Assert.That(() => Model.Import(bytes, FeatureSpec.Paper, 1, null!), Throws.ArgumentNullException);
        Assert.That(() => Model.Import(bytes, FeatureSpec.Paper, 1, [classes[0], null!]), Throws.ArgumentException);
        Assert.That(() => Model.Load(bytes.AsSpan(), null!), Throws.ArgumentNullException);
    }

    [Test]
    public void NullInsideListsIsRefused()
    {
        Assert.That(() => Segmenter.Train([Scene.Training, null!]), Throws.ArgumentException.With.Message.Contains("Number 1"));
        Assert.That(() => InputRange.From([null!]), Throws.ArgumentException);
        Assert.That(() => BackboneCheck.PositionalBias(_backbone, [null!]), Throws.ArgumentException);
        Assert.That(
            () => Segmenter.Features(_image, FeatureSpec.Paper, 1, _ => null!),
            Throws.ArgumentException.With.Message.Contains("gave none"));
    }

    /// <summary>Whether a caller means the method: constructors, setters, and not what records have of themselves.</summary>
    private static bool IsMeant(MethodBase method) =>
        (method.Name.StartsWith("set_", StringComparison.Ordinal)
            || (!method.IsDefined(typeof(CompilerGeneratedAttribute), false) && (!method.IsSpecialName || method.IsConstructor)))
        && method.Name is not (nameof(Equals) or "Deconstruct")
        && !(method.IsConstructor && method.GetParameters() is [var only] && only.ParameterType == method.DeclaringType);

    private static bool TakesSpans(MethodBase method) => method.GetParameters().Any(parameter => parameter.ParameterType.IsByRefLike);

    private static bool IsNotNull(ParameterInfo parameter) =>
        !parameter.ParameterType.IsValueType
        && !parameter.ParameterType.IsByRef
        && new NullabilityInfoContext().Create(parameter).WriteState == NullabilityState.NotNull;

    /// <summary>What happens; null where it is an <see cref="ArgumentNullException"/> with the parameter's name.</summary>
    private string? Outcome(MethodBase method, ParameterInfo parameter)
    {
        if (method is MethodInfo { IsGenericMethodDefinition: true } generic)
        {
            method = generic.MakeGenericMethod(typeof(byte));
        }
        object?[] arguments = [.. method.GetParameters().Select(other => other.Position == parameter.Position ? null : Value(other))];
        object? on = method.IsStatic || method.IsConstructor ? null : _values.GetValueOrDefault(method.DeclaringType!);
        if (on is null && !method.IsStatic && !method.IsConstructor)
        {
            return Results.Contains(method.DeclaringType) ? null : "there is no object to call it on";
        }
        try
        {
            _ = method is ConstructorInfo constructor ? constructor.Invoke(arguments) : method.Invoke(on, arguments);
            return "null is accepted";
        }
        catch (TargetInvocationException e) when (e.InnerException is ArgumentNullException refusal)
        {
            return refusal.ParamName == parameter.Name ? null : $"the exception names {refusal.ParamName}";
        }
        catch (TargetInvocationException e)
        {
            return $"{e.InnerException!.GetType().Name}: {e.InnerException.Message}";
        }
    }

    private object? Value(ParameterInfo parameter)
    {
        Type type = parameter.ParameterType;
        return _values.TryGetValue(type, out object? value) ? value
            : parameter.HasDefaultValue && !type.IsValueType ? parameter.DefaultValue
            : type.IsValueType ? RuntimeHelpers.GetUninitializedObject(type)
            : null;
    }
}
