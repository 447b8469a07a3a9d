namespace FastSeg.Cli.Scaling;

/// <summary>What `scaling --upsamplers` compares, after Figure 3 of the paper.</summary>
internal static class ScalingUpsamplers
{
    /// <summary>The transformer in the box.</summary>
    public const string DefaultBackbone = "fastseg-vit-tiny-8-int8";

    /// <summary>What the paper's figure has and the engine has not.</summary>
    public const string Missing =
        "of the paper's upsamplers the engine lacks FeatUp's joint bilateral (a trained one; jbu here is not trained), LiFT and LoftUp, " +
        "and strided stands for shifts by halves of a patch";

    /// <summary>What the paper says of its own on a GPU; its Figure 3 is curves without numbers.</summary>
    public const string Paper =
        "The paper's GPU figures: its Figure 3 is drawn without numbers; its text has about 2000 x 1000 pixels on a laptop's GPU of 4 GB " +
        "(RTX 3050M), with features, upsampling and the training of trees in less than 10 s";
}
