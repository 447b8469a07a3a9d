using NUnit.Framework;

namespace FastSeg.Tests;

/// <summary>The types of samples that filters see as they are stored.</summary>
internal sealed class NarrowTypesAttribute() : ValuesAttribute(
    SampleType.UInt8, SampleType.UInt16, SampleType.Float32, SampleType.Int16, SampleType.Int8);
