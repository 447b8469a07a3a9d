using NUnit.Framework;

namespace FastSeg.Tests;

/// <summary>The types of samples that are written to files.</summary>
internal sealed class WrittenTypesAttribute() : ValuesAttribute(
    SampleType.UInt8, SampleType.UInt16, SampleType.Float32, SampleType.Int16);
